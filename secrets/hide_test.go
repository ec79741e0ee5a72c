package secrets_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// I2: what is wrong with a line is said without the secret on it.
func TestHideKeepsTheSentence(t *testing.T) {
	value := "hunter" + "2-Correct-Horse"
	d := document.Diagnostic{Summary: "unknown key", Source: "MasterUserPassword: " + value, Hint: "did you mean x?"}
	hidden, err := secrets.Hide(t.Context(), secrets.Rules(), d)
	if err != nil || strings.Contains(hidden.Source, value) {
		t.Errorf("%v: %+v", err, hidden)
	}
	if hidden.Summary != d.Summary || hidden.Hint != d.Hint || !strings.HasPrefix(hidden.Source, "MasterUserPassword:") {
		t.Errorf("more was hidden than the secret: %+v", hidden)
	}
}
