package dsc

import "slices"

// ParseStanza reads the paragraph p of a Sources index, which describes an
// upload: like [Parse] with the package's name in the field Package, and with the
// .dsc itself among the files. file is the name of the index, for messages.
func ParseStanza(file string, p Paragraph) (*Source, error) {
	i := slices.IndexFunc(p, func(f Field) bool { return f.Name == "Package" })
	_, both := p.Field("Source")
	if i < 0 || both {
		return nil, &SyntaxError{file, 0, "a stanza without the field Package, or with the field Source"}
	}
	s := &Source{Format: p.Value("Format"), VcsGit: p.Value("Vcs-Git"), Fields: p}
	named := slices.Clone(p)
	named[i].Name = "Source"
	if err := parseID(file, named, &s.ID); err != nil {
		return nil, err
	}
	var err error
	if s.Files, err = parseFiles(file, p); err != nil {
		return nil, err
	}
	return s, nil
}
