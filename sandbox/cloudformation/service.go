package cloudformation

import (
	"slices"

	"github.com/axle-cd/axle/sandbox/world"
)

// Service is CloudFormation. Each operation names the members it honours.
func Service() world.Service {
	all := slices.Concat(stackOperations(), stackSetOperations(), driftOperations())
	for n, o := range all {
		all[n] = afterMoves(o)
	}
	return world.Service{Name: "cloudformation", Knobs: Knobs, Operations: all}
}

func stackOperations() []world.Operation {
	return []world.Operation{
		world.Read("ValidateTemplate", validateTemplate),
		world.Read("GetTemplate", getTemplate),
		world.Read("GetTemplateSummary", getTemplateSummary).Only("StackName", "TemplateBody", "TemplateURL"),

		world.Write("CreateStack", "ClientRequestToken", createStackOp).Only("StackName", "TemplateBody", "TemplateURL", "Parameters", "Tags",
			"Capabilities", "RoleARN", "OnFailure", "DisableRollback", "EnableTerminationProtection", "ClientRequestToken"),
		world.Write("UpdateStack", "ClientRequestToken", updateStackOp).Only("StackName", "TemplateBody", "TemplateURL", "UsePreviousTemplate",
			"Parameters", "Tags", "Capabilities", "RoleARN", "ClientRequestToken"),
		world.Write("DeleteStack", "ClientRequestToken", deleteStackOp).Only("StackName", "RetainResources", "DeletionMode", "RoleARN", "ClientRequestToken"),
		world.Write("CancelUpdateStack", "ClientRequestToken", cancelUpdateStack),
		world.Write("ContinueUpdateRollback", "ClientRequestToken", continueUpdateRollback),
		world.Write("SetStackPolicy", "", setStackPolicy),
		world.Read("GetStackPolicy", getStackPolicy),
		world.Write("UpdateTerminationProtection", "", updateTerminationProtection),

		world.Write("CreateChangeSet", "ClientToken", createChangeSet).Only("StackName", "ChangeSetName", "ChangeSetType", "Description", "TemplateBody",
			"TemplateURL", "UsePreviousTemplate", "Parameters", "Tags", "Capabilities", "RoleARN", "OnStackFailure", "ClientToken"),
		world.Read("DescribeChangeSet", describeChangeSet).Only("ChangeSetName", "StackName", "NextToken", "IncludePropertyValues"),
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
	}
}

func stackSetOperations() []world.Operation {
	return []world.Operation{
		world.Write("CreateStackSet", "ClientRequestToken", createStackSet).Only("StackSetName", "Description", "TemplateBody", "TemplateURL", "Parameters", "Capabilities", "Tags",
			"AdministrationRoleARN", "ExecutionRoleName", "PermissionModel", "AutoDeployment", "CallAs", "ManagedExecution", "ClientRequestToken"),
		world.Write("UpdateStackSet", "", updateStackSet),
		world.Write("DeleteStackSet", "", deleteStackSet),
		world.Read("DescribeStackSet", describeStackSet),
		world.Read("ListStackSets", listStackSets),

		world.Write("CreateStackInstances", "", createStackInstances),
		world.Write("UpdateStackInstances", "", updateStackInstances),
		world.Write("DeleteStackInstances", "", deleteStackInstances),
		world.Read("DescribeStackInstance", describeStackInstance),
		world.Read("ListStackInstances", listStackInstances),

		world.Read("DescribeStackSetOperation", describeStackSetOperation),
		world.Read("ListStackSetOperations", listStackSetOperations),
		world.Read("ListStackSetOperationResults", listStackSetOperationResults),
		world.Write("StopStackSetOperation", "", stopStackSetOperation),

		world.Read("ListStackSetAutoDeploymentTargets", listAutoDeploymentTargets),
		world.Write("ActivateOrganizationsAccess", "", activateOrganizationsAccess),
		world.Write("DeactivateOrganizationsAccess", "", deactivateOrganizationsAccess),
		world.Read("DescribeOrganizationsAccess", describeOrganizationsAccess),
	}
}

func driftOperations() []world.Operation {
	return []world.Operation{
		world.Write("DetectStackDrift", "", detectStackDrift).Only("StackName"),
		world.Write("DetectStackResourceDrift", "", detectResourceDrift),
		world.Read("DescribeStackDriftDetectionStatus", describeDriftDetection),
		world.Read("DescribeStackResourceDrifts", describeResourceDrifts),
		world.Write("DetectStackSetDrift", "", detectStackSetDrift),
		world.Read("ListStackInstanceResourceDrifts", listInstanceDrifts),
	}
}
