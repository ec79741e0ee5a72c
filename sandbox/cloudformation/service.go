package cloudformation

import "github.com/axle-cd/axle/sandbox/world"

// Service is CloudFormation. Each operation names the members it honours.
func Service() world.Service {
	return world.Service{Name: "cloudformation", Operations: []world.Operation{
		world.Read("ValidateTemplate", validateTemplate),
		world.Read("GetTemplate", getTemplate),
		world.Read("GetTemplateSummary", getTemplateSummary).Only("StackName", "TemplateBody", "TemplateURL"),

		world.Write("CreateStack", "ClientRequestToken", createStackOp).Only("StackName", "TemplateBody", "TemplateURL", "Parameters", "Tags",
			"Capabilities", "RoleARN", "OnFailure", "DisableRollback", "EnableTerminationProtection", "ClientRequestToken"),
		world.Write("UpdateStack", "ClientRequestToken", updateStackOp).Only("StackName", "TemplateBody", "TemplateURL", "UsePreviousTemplate",
			"Parameters", "Tags", "Capabilities", "RoleARN", "ClientRequestToken"),
		world.Write("DeleteStack", "ClientRequestToken", deleteStackOp).Only("StackName", "RetainResources", "DeletionMode", "RoleARN", "ClientRequestToken"),
		world.Write("UpdateTerminationProtection", "", updateTerminationProtection),

		world.Write("CreateChangeSet", "ClientToken", createChangeSet).Only("StackName", "ChangeSetName", "ChangeSetType", "Description", "TemplateBody",
			"TemplateURL", "UsePreviousTemplate", "Parameters", "Tags", "Capabilities", "RoleARN", "OnStackFailure", "ClientToken"),
		world.Read("DescribeChangeSet", describeChangeSet).Only("ChangeSetName", "StackName", "NextToken"),
		world.Read("ListChangeSets", listChangeSets),
		world.Write("ExecuteChangeSet", "ClientRequestToken", executeChangeSet).Only("ChangeSetName", "StackName", "DisableRollback", "ClientRequestToken"),
		world.Write("DeleteChangeSet", "", deleteChangeSet),

		world.Read("DescribeStacks", describeStacks),
		world.Read("ListStacks", listStacks),
		world.Read("DescribeStackEvents", describeStackEvents),
		world.Read("DescribeStackResources", describeStackResources),
		world.Read("DescribeStackResource", describeStackResource),
		world.Read("ListStackResources", listStackResources),
		world.Read("ListExports", listExports),
		world.Read("ListImports", listImports),
	}}
}
