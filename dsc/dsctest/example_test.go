package dsctest_test

import (
	"fmt"

	"debgit/dsc/dsctest"
)

func ExamplePackage_Build() {
	p := &dsctest.Package{
		Format:  "3.0 (native)",
		Source:  "foo",
		Version: "1.0",
		Files: []dsctest.File{{
			Name: "foo_1.0.tar.xz",
			Entries: []dsctest.Entry{
				{Name: "foo-1.0/"},
				{Name: "foo-1.0/run", Mode: 0o755, Content: "#!/bin/sh\n"},
			},
		}},
	}
	b, err := p.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.DSC.Name)
	for _, f := range b.Files {
		fmt.Println(f.Name)
	}
	// Output:
	// foo_1.0.dsc
	// foo_1.0.tar.xz
}
