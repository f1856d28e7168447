package upload

import "testing"

func TestPseudomergeMessage(t *testing.T) {
	tests := []struct {
		merge pseudomerge
		want  string
	}{
		{pseudomerge{overwrite: Overwrite{TrustChangelog: true}}, "Declare fast forward from 1.0\n\n[dgit --overwrite]\n"},
		{pseudomerge{overwrite: Overwrite{TrustChangelog: true, Version: "1.0"}}, "Declare fast forward from 1.0\n\n[dgit --overwrite=1.0]\n"},
		{pseudomerge{split: true, mode: GBP}, "Make fast forward from 1.0\n\n[dgit --quilt=gbp]\n"},
		{pseudomerge{split: true, mode: GBP, overwrite: Overwrite{TrustChangelog: true}}, "Declare fast forward from 1.0\n\n[dgit --quilt=gbp --overwrite]\n"},
		{pseudomerge{split: true, mode: Linear, overwrite: Overwrite{Version: "1.0"}}, "Declare fast forward from 1.0\n\n[dgit --quilt=linear --overwrite=1.0]\n"},
	}
	for _, tt := range tests {
		tt.merge.version = "1.0"
		if got := tt.merge.message(); got != tt.want {
			t.Errorf("message of %+v is %q, want %q", tt.merge, got, tt.want)
		}
	}
}
