package organizations

import (
	"strconv"
	"strings"
	"testing"
)

// What the table of settings says is what the code has, and every name is the service's own.
func TestKnobs(t *testing.T) {
	want := map[string]string{
		quotaAccounts: strconv.Itoa(maxAccounts), quotaUnits: strconv.Itoa(maxUnits), quotaAdmins: strconv.Itoa(maxAdmins),
		creation: creatingAccount.String(), closing: closingAccount.String(), change: changing.String(), leaving: waitToLeave.String(),
		creationFails: "off", oneAtATime: "off", finalizing: "off", noStatus: "off",
	}
	for _, k := range Knobs {
		if k.Usual != want[k.Name] || !strings.HasPrefix(k.Name, "organizations:") || k.Says == "" {
			t.Errorf("%+v, want %q", k, want[k.Name])
		}
		delete(want, k.Name)
	}
	if len(want) > 0 {
		t.Errorf("not in the table: %v", want)
	}
}
