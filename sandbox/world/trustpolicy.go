package world

import "encoding/json"

// TrustPolicy is the role's trust policy: its own document, or the one its lists stand for.
func (r Role) TrustPolicy() string {
	if r.Trust != "" {
		return r.Trust
	}
	var all []map[string]any
	if len(r.TrustAccounts) > 0 {
		var condition map[string]any
		if r.ExternalID != "" {
			condition = map[string]any{"StringEquals": map[string]any{"sts:ExternalId": r.ExternalID}}
		}
		all = append(all, trusting("AWS", r.TrustAccounts, condition))
	}
	if len(r.TrustServices) > 0 {
		all = append(all, trusting("Service", r.TrustServices, nil))
	}
	if len(all) == 0 {
		return ""
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": all})
	if err != nil {
		return ""
	}
	return string(text)
}

func trusting(kind string, principals []string, condition map[string]any) map[string]any {
	s := map[string]any{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{kind: principals}}
	if condition != nil {
		s["Condition"] = condition
	}
	return s
}
