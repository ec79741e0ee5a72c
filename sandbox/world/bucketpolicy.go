package world

import "encoding/json"

// PublicAccess is a bucket's public access block.
type PublicAccess struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

// Blocked is the bucket's public access block: everything, unless it was set.
func (b Bucket) Blocked() PublicAccess {
	if b.Block == nil {
		return PublicAccess{true, true, true, true}
	}
	return *b.Block
}

// PolicyText is the policy under which the bucket is asked for: its own, or the one that lets its
// organization read. A public one counts for nothing under a block.
func (b Bucket) PolicyText(c *Call) string {
	switch {
	case b.Policy != "" && b.Public && b.Blocked().RestrictPublicBuckets:
		return ""
	case b.Policy != "" || !b.OrgReadable:
		return b.Policy
	}
	org, ok := OrgOf(c, b.Account)
	if !ok {
		return ""
	}
	arn := "arn:aws:s3:::" + b.Name
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []map[string]any{{
		"Sid": "Organization", "Effect": "Allow", "Principal": "*", "Action": []string{"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"},
		"Resource":  []string{arn, arn + "/*"},
		"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalOrgID": org.ID}},
	}}})
	if err != nil {
		return ""
	}
	return string(text)
}
