package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc/dsctest"
)

// mk OUT CASE.txtar...
func main() {
	for _, f := range os.Args[2:] {
		data, err := os.ReadFile(f)
		if err != nil {
			panic(err)
		}
		p, err := dsctest.Parse(f, data)
		if err != nil {
			panic(err)
		}
		dsc, err := p.Write(filepath.Join(os.Args[1], strings.TrimSuffix(filepath.Base(f), ".txtar")))
		if err != nil {
			panic(err)
		}
		fmt.Println(dsc)
	}
}
