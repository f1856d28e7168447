package main

import "github.com/spf13/cobra"

const configurationHelp = `The keys are those of dgit(1), in the configuration of git. What the option -c
KEY=VALUE says counts most, the last one for a key; then the files of the work
tree, the repository, the user and the system; then what is built in. A new
clone has no repository's configuration yet. A key that stands twice in one
file is refused, but for those below that may have many values.

Which distro a suite belongs to, if the option -d does not say:

  dgit-suite.SUITE.distro             SUITE may be a pattern with * ? or [ ]
  dgit.default.distro                 of suites that neither such a key nor the
                                      package distro-info-data tells about
  dgit-distro.DISTRO.alias-canon      another name for the distro

Which suite is meant if none is named:

  dgit.default.default-suite          built in: unstable
  dgit-distro.DISTRO.default-suite    with -d DISTRO

All keys below are looked for as dgit-distro.DISTRO.KEY, then below the distro
that nominal-distro names, then as dgit.default.KEY. For those who push,
DISTRO/push comes before each DISTRO: when pushing, or always if readonly is
false. Suites that the pattern backports-quirk matches look below
DISTRO-backports first.

How the archive is asked what it holds:

  archive-query         aptget: (built in) by signed indexes; ftpmasterapi: or
                        dummycatapi: by an API; madison:DISTRO as rmadison does;
                        dummycat:DIR by files. Only aptget: verifies the answer.
  archive-query-url     the API
  mirror                where the archive is; else where APT has it from
  mirror-fallback       has what the mirror lacks, perhaps
  archive-keyring       a file with keys that may sign it; many values
  aptget-components     those that are looked into first
  aptget-suite-map      s#PATTERN#REPLACEMENT#; ... makes the directory below
                        dists/ of the name of a suite
  aptget-suite-rmap     the same, to make the codename of what the Release says
  archive-query-default-component, madison-distro    for madison:
  snapshot-url          the service that keeps all versions

Where the git server is:

  git-url, git-url-suffix             URL/PACKAGESUFFIX; without an URL:
  git-proto, git-host, git-path       PROTO USER@HOST PATH/PACKAGE.git
  git-user-force, git-user, username  the first that is there is USER
  git-check             does it have the package? true, false: without asking;
                        url: an URL is there; ssh-cmd: by ssh
  git-check-url, git-check-suffix     that URL
  ssh                   the program, and its options, that asks by ssh; else
  cmd-ssh, opts-ssh     the program, else what DGIT_SSH or GIT_SSH says in the
                        environment; an option, of which many may be set
  diverts.NAME          the distro, or /SUFFIX, whose keys come first if the
                        git server says that a package is kept at NAME
  unsupported-error     why the distro cannot be used

Where else git history is looked for:

  rewrite-map-enable    does the server's map of commits that stand in for
                        others count? built in: true
  dgit.default.old-dsc-distro         whose commit an old field Dgit names,
                                      which does not say it
  dgit.dsc-url-proto-ok.PROTOCOL      may the URL in a .dsc be asked for it?
                                      built in: true for http, https and git;
  dgit.default.dsc-url-proto-ok       of others, false
  dgit.vcs-git.suites                 where a fetch tells that the maintainers'
                                      repository has moved, with ; between them;
                                      built in: sid

How packages are built, see debgit help build:

  build-products-dir    where is what is built, and upstream's tarballs, if they
                        are not in ..; from the work tree, built in: ..
  quilt-mode            how the branch has the patches; else debgit looks at it:
                        debgit help layouts
  quilt-mode-gbp        likewise, for gbp-build; built in: gbp
  split-view            auto, always or never
  clean-mode            what of the work tree is cleaned or refused; built in:
                        dpkg-source
  clean-mode-newer      likewise, unless this debgit does not know it
  rm-old-changes        older .changes of a version go; true or false
  build-source-check-correspondence
                        is what was built compared with the commit?
  cmd-PROGRAM           what is run in the place of PROGRAM
  opts-PROGRAM          an option for it, of which many may be set

What is done to a repository, each true or false:

  setup-mergechangelogs, setup-useremail, setup-gitattributes
  user-email, user-name               who you are; else DEBEMAIL and DEBFULLNAME

What only matters to a push, debgit help pushing tells. archive-query-tls-key
and archive-query-tls-curl-ca-args are refused, as dgit does, where an API is
asked: what they asked for, nothing does any more. aptget-cachekey has no
meaning, as debgit keeps indexes by their digests.

Built in are debian, debian-security, ubuntu, ubuntucloud, and test-dummy,
which is for tests of dgit. An example, for a private archive:

  git config --global dgit-suite.corp-stable.distro corp
  git config --global dgit-distro.corp.mirror https://apt.corp.example/debian
  git config --global dgit-distro.corp.archive-keyring /etc/corp/archive.gpg`

func newConfigurationTopic() *cobra.Command {
	return &cobra.Command{Use: "configuration", Short: "The keys of the configuration", Long: configurationHelp}
}
