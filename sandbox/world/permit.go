package world

// Ask is whether somebody may do something.
type Ask struct {
	By       Principal // zero: the caller
	Service  string    // an AWS service that asks in its own name: servicecatalog.amazonaws.com
	Action   string    // s3:GetObject
	Resource string    // an ARN, or *
	Owner    string    // the resource's account; "": that of who asks
	Policy   string    // the resource's own policy; "": none
	Trusting bool      // the policy says who may assume a role: without it nobody may
	Keys     map[string]string
}

// Judge answers an Ask: why not, in AWS's words, or "" for yes.
type Judge func(*Call, Ask) string

// Denied says why somebody may not do something, "" if he may.
func (c *Call) Denied(a Ask) string {
	if c.Judge == nil {
		return ""
	}
	if a.By == (Principal{}) && a.Service == "" {
		a.By = c.Principal
	}
	return c.Judge(c, a)
}

// LetsService says whether an AWS service may assume the role.
func (r Role) LetsService(c *Call, service string) bool {
	return c.Denied(Ask{Service: service, Action: "sts:AssumeRole", Resource: r.ARN(), Owner: r.Account, Policy: r.TrustPolicy(), Trusting: true}) == ""
}
