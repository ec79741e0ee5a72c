package cfn

import "slices"

// iamTypes need CAPABILITY_IAM, and CAPABILITY_NAMED_IAM where they set the named property.
var iamTypes = map[string]string{"AWS::IAM::AccessKey": "", "AWS::IAM::Group": "GroupName",
	"AWS::IAM::InstanceProfile": "InstanceProfileName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
	"AWS::IAM::Policy": "", "AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName", "AWS::IAM::UserToGroupAddition": ""}

// Capabilities are what CloudFormation wants acknowledged before it makes the template's stack, sorted.
// CAPABILITY_NAMED_IAM covers CAPABILITY_IAM, and stands alone.
func (t *Template) Capabilities() []string {
	var out []string
	for _, r := range t.Resources {
		name, ok := iamTypes[r.Type]
		switch {
		case !ok:
		case name != "" && r.Properties.Get(name) != nil:
			out = append(out, "CAPABILITY_NAMED_IAM")
		default:
			out = append(out, "CAPABILITY_IAM")
		}
	}
	if slices.Contains(out, "CAPABILITY_NAMED_IAM") {
		out = slices.DeleteFunc(out, func(c string) bool { return c == "CAPABILITY_IAM" })
	}
	if len(t.Transforms) > 0 {
		out = append(out, "CAPABILITY_AUTO_EXPAND")
	}
	slices.Sort(out)
	return slices.Compact(out)
}
