package upload

import "testing"

func TestForces(t *testing.T) {
	f, err := ParseForce("unrepresentable")
	if err != nil || f != ForceUnrepresentable {
		t.Fatalf("ParseForce = %q, %v; want %q", f, err, ForceUnrepresentable)
	}
	if _, err := ParseForce("everything"); err == nil {
		t.Error("ParseForce took a word that is none")
	}
	var none Forces
	some := none.With(f).With(ForceReusingVersion)
	if none.Has(f) || !some.Has(f) || !some.Has(ForceReusingVersion) || some.Has(ForcePushTainted) {
		t.Errorf("a set has others than it was made of: %v", some)
	}
}
