# METADATA
# title: Products make no IAM users
# custom:
#   id: NO-IAM-USERS
#   fix: Use a role; people and programs assume it
package policy.no_iam_users

deny contains finding if {
	some id, resource in input.Resources
	resource.Type == "AWS::IAM::User"
	finding := {"msg": sprintf("%s is an IAM user: its keys outlive everybody", [id]), "resource": id, "path": ["Type"]}
}
