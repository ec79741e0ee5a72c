package secrets

import (
	"context"

	"github.com/axle-cd/axle/document"
)

// Hide gives the diagnostic with every secret in its texts redacted: the line it stands on,
// or a value that its sentence quotes, may hold one.
func Hide(ctx context.Context, d Detector, diag document.Diagnostic) (document.Diagnostic, error) {
	for _, text := range []*string{&diag.Source, &diag.Summary, &diag.Hint} {
		if *text == "" {
			continue
		}
		hidden, err := Conceal(ctx, d, *text)
		if err != nil {
			return document.Diagnostic{}, err
		}
		*text = hidden
	}
	return diag, nil
}
