package upload

import "testing"

func TestForces(t *testing.T) {
	var none Forces
	some := none.With(ForceUnrepresentable).With(ForceReusingVersion)
	if none.Has(ForceUnrepresentable) || !some.Has(ForceUnrepresentable) || !some.Has(ForceReusingVersion) || some.Has(ForcePushTainted) {
		t.Errorf("a set has others than it was made of: %v", some)
	}
}
