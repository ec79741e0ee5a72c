package cloudformation

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// sameFunction are properties that a function of Lambda has by the same name.
var sameFunction = []string{"FunctionName", "Handler", "Runtime", "MemorySize", "Timeout", "Environment", "Layers", "VpcConfig", "Architectures", "Description", "KmsKeyArn",
	"ReservedConcurrentExecutions", "EphemeralStorage", "SnapStart", "FileSystemConfigs", "ImageConfig", "PackageType", "LoggingConfig", "RecursiveLoop", "CodeSigningConfigArn"}

var ownFunction = []string{"InlineCode", "CodeUri", "ImageUri", "Role", "Policies", "Events", "Tracing", "Tags", "AutoPublishAlias", "DeadLetterQueue", "AssumeRolePolicyDocument",
	"PermissionsBoundary", "RolePath", "FunctionUrlConfig", "VersionDescription", "ProvisionedConcurrencyConfig", "AutoPublishAliasAllProperties", "DeploymentPreference", "AutoPublishCodeSha256"}

func (u unit) function() {
	out := mappingOf("Code", u.code(), "Tags", u.tags("lambda"))
	u.carry(out, sameFunction, ownFunction...)
	if mode := u.get("Tracing"); mode != nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("TracingConfig"), Value: mappingOf("Mode", mode)})
	}
	if queue := u.get("DeadLetterQueue"); queue != nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("DeadLetterConfig"), Value: mappingOf("TargetArn", queue.Get("TargetArn"))})
	}
	role := u.get("Role")
	if role == nil {
		role = attributeOfNode(u.id+"Role", "Arn")
	}
	out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Role"), Value: role})
	u.add(u.id, "AWS::Lambda::Function", out)
	if u.get("Role") == nil {
		u.role("lambda.amazonaws.com", u.managed())
	}
	u.alias()
	u.url()
	u.events()
}

func (u unit) code() *document.Node {
	switch {
	case u.get("InlineCode") != nil:
		return mappingOf("ZipFile", u.get("InlineCode"))
	case u.get("ImageUri") != nil:
		return mappingOf("ImageUri", u.get("ImageUri"))
	case u.get("CodeUri") != nil:
		return u.stored("CodeUri", "S3Bucket", "S3Key", "S3ObjectVersion")
	}
	u.invalid("'InlineCode' or 'CodeUri' must be set.")
	return nil
}

// managed are the policies that what a function does brings along.
func (u unit) managed() []string {
	out := []string{"service-role/AWSLambdaBasicExecutionRole"}
	if u.get("VpcConfig") != nil {
		out = append(out, "service-role/AWSLambdaVPCAccessExecutionRole")
	}
	if mode := u.get("Tracing"); mode != nil && mode.Value == "Active" {
		out = append(out, "AWSXRayDaemonWriteAccess")
	}
	if events := u.get("Events"); events != nil {
		for _, p := range events.Pairs {
			if name := pollers[kindOf(p.Value)].policy; name != "" {
				out = append(out, "service-role/"+name)
			}
		}
	}
	return out
}

// role makes the role of a function or a state machine, with its Policies.
func (u unit) role(service string, managed []string) {
	arns, inline := listOfNodes(), listOfNodes()
	for _, name := range managed {
		arns.Items = append(arns.Items, managedPolicy(name))
	}
	policies := u.get("Policies")
	items := []*document.Node{policies}
	if policies != nil && policies.Kind == document.Sequence {
		items = policies.Items
	}
	for _, p := range items {
		u.policy(p, arns, inline)
	}
	trust := u.get("AssumeRolePolicyDocument")
	if trust == nil {
		trust = trusting(service)
	}
	out := mappingOf("AssumeRolePolicyDocument", trust, "Path", u.get("RolePath"), "PermissionsBoundary", u.get("PermissionsBoundary"), "Tags", u.tags(strings.SplitN(service, ".", 2)[0]))
	if len(arns.Items) > 0 {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("ManagedPolicyArns"), Value: arns})
	}
	if len(inline.Items) > 0 {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Policies"), Value: inline})
	}
	u.add(u.id+"Role", typeRole, out)
}

// policy is one of: the name or ARN of a managed one, a document, a template of one.
func (u unit) policy(p, arns, inline *document.Node) {
	named := func(body *document.Node) {
		inline.Items = append(inline.Items, mappingOf("PolicyName", u.id+"RolePolicy"+string(rune('0'+len(inline.Items)%10)), "PolicyDocument", body))
	}
	switch {
	case p == nil:
	case p.Kind == document.Text && !strings.HasPrefix(p.Value, "arn:"):
		arns.Items = append(arns.Items, managedPolicy(p.Value))
	case p.Kind == document.Text || isFunction(p):
		arns.Items = append(arns.Items, p)
	case p.Get("Statement") != nil:
		named(p)
	case p.Kind == document.Mapping && len(p.Pairs) == 1:
		body := policyOf(p.Pairs[0].Key.Value, p.Pairs[0].Value)
		if body == nil {
			u.absent = append(u.absent, "policy template "+p.Pairs[0].Key.Value)
			return
		}
		named(body)
	default:
		u.invalid("Policies must hold names, documents or policy templates.")
	}
}

func managedPolicy(name string) *document.Node {
	return subOf("arn:${AWS::Partition}:iam::aws:policy/" + name)
}

// alias publishes a version under a name.
func (u unit) alias() {
	name := u.get("AutoPublishAlias")
	if name == nil {
		return
	}
	version, alias := u.id+"Version"+digestOf(nodeOr(u.get("CodeUri"), nodeOr(u.get("InlineCode"), u.get("ImageUri")))), u.id+"Alias"+letterDigits(name.Value)
	u.add(version, "AWS::Lambda::Version", mappingOf("FunctionName", refTo(u.id), "Description", u.get("VersionDescription")))
	u.add(alias, "AWS::Lambda::Alias", mappingOf("Name", name, "FunctionName", refTo(u.id), "FunctionVersion", attributeOfNode(version, "Version"),
		"ProvisionedConcurrencyConfig", u.get("ProvisionedConcurrencyConfig")))
	u.renamed[u.id+".Version"], u.renamed[u.id+".Alias"] = version, alias
	u.deployment()
}

// deployment shifts traffic to the alias by CodeDeploy, for all functions as one application.
func (u unit) deployment() {
	p := u.get("DeploymentPreference")
	if off := p.Get("Enabled"); p == nil || off != nil && off.Value == "false" {
		return
	}
	const app, role = "ServerlessDeploymentApplication", "CodeDeployServiceRole"
	if !slices.ContainsFunc(u.made, func(m document.Pair) bool { return m.Key.Value == app }) {
		whole := u
		whole.node = mappingOf()
		whole.add(app, "AWS::CodeDeploy::Application", mappingOf("ComputePlatform", "Lambda"))
		whole.add(role, typeRole, mappingOf("AssumeRolePolicyDocument", trusting("codedeploy.amazonaws.com"), "ManagedPolicyArns", listOfNodes(managedPolicy("service-role/AWSCodeDeployRoleForLambda"))))
	}
	config := nodeOr(p.Get("Type"), plainText("AllAtOnce"))
	if !isFunction(config) {
		config = plainText("CodeDeployDefault.Lambda" + config.Value)
	}
	u.add(u.id+"DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", mappingOf("ApplicationName", refTo(app), "ServiceRoleArn", nodeOr(p.Get("Role"), attributeOfNode(role, "Arn")),
		"DeploymentConfigName", config, "DeploymentStyle", mappingOf("DeploymentType", "BLUE_GREEN", "DeploymentOption", "WITH_TRAFFIC_CONTROL")))
}

// trusting lets a service assume a role.
func trusting(service string) *document.Node {
	return mappingOf("Version", "2012-10-17", "Statement", listOfNodes(mappingOf("Effect", "Allow", "Action", []string{"sts:AssumeRole"}, "Principal", mappingOf("Service", []string{service}))))
}

func (u unit) url() {
	c := u.get("FunctionUrlConfig")
	if c == nil {
		return
	}
	u.add(u.id+"Url", "AWS::Lambda::Url", mappingOf("TargetFunctionArn", refTo(u.id), "AuthType", c.Get("AuthType"), "Cors", c.Get("Cors"), "InvokeMode", c.Get("InvokeMode")))
	if auth := c.Get("AuthType"); auth != nil && auth.Value == "NONE" {
		u.add(u.id+"UrlPublicPermissions", "AWS::Lambda::Permission", mappingOf("Action", "lambda:InvokeFunctionUrl", "FunctionName", refTo(u.id), "Principal", "*", "FunctionUrlAuthType", "NONE"))
	}
}

// grants are the policy templates that are written out: what each allows, on which resource of
// its parameter.
var grants = map[string]struct{ parameter, resource, actions string }{
	"S3ReadPolicy":                          {"BucketName", "s3", "s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:GetLifecycleConfiguration"},
	"S3WritePolicy":                         {"BucketName", "s3", "s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration"},
	"S3CrudPolicy":                          {"BucketName", "s3", "s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:DeleteObject"},
	"DynamoDBReadPolicy":                    {"TableName", "dynamodb:table/", "dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable"},
	"DynamoDBWritePolicy":                   {"TableName", "dynamodb:table/", "dynamodb:PutItem dynamodb:UpdateItem dynamodb:BatchWriteItem"},
	"DynamoDBCrudPolicy":                    {"TableName", "dynamodb:table/", "dynamodb:GetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Scan dynamodb:Query dynamodb:UpdateItem dynamodb:BatchWriteItem dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:ConditionCheckItem"},
	"SQSPollerPolicy":                       {"QueueName", "sqs:", "sqs:ChangeMessageVisibility sqs:ChangeMessageVisibilityBatch sqs:DeleteMessage sqs:DeleteMessageBatch sqs:GetQueueAttributes sqs:ReceiveMessage"},
	"SQSSendMessagePolicy":                  {"QueueName", "sqs:", "sqs:SendMessage*"},
	"SNSPublishMessagePolicy":               {"TopicName", "sns:", "sns:Publish"},
	"LambdaInvokePolicy":                    {"FunctionName", "lambda:function:", "lambda:InvokeFunction"},
	"StepFunctionsExecutionPolicy":          {"StateMachineName", "states:stateMachine:", "states:StartExecution"},
	"EventBridgePutEventsPolicy":            {"EventBusName", "events:event-bus/", "events:PutEvents"},
	"SSMParameterReadPolicy":                {"ParameterName", "ssm:parameter/", "ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath"},
	"KMSDecryptPolicy":                      {"KeyId", "kms:key/", "kms:Decrypt"},
	"AWSSecretsManagerGetSecretValuePolicy": {"SecretArn", "", "secretsmanager:GetSecretValue"},
	"CloudWatchPutMetricPolicy":             {"", "*", "cloudwatch:PutMetricData"},
}

// policyOf writes a policy template out, nil if it is not here.
func policyOf(name string, given *document.Node) *document.Node {
	g, ok := grants[name]
	value := given.Get(g.parameter)
	if !ok || g.parameter != "" && value == nil {
		return nil
	}
	on := value
	variables := mappingOf("name", value)
	switch service, rest, _ := strings.Cut(g.resource, ":"); g.resource {
	case "":
	case "*":
		on = plainText("*")
	case "s3":
		on = listOfNodes(mappingOf("Fn::Sub", listOfNodes(plainText("arn:${AWS::Partition}:s3:::${name}"), variables)),
			mappingOf("Fn::Sub", listOfNodes(plainText("arn:${AWS::Partition}:s3:::${name}/*"), variables)))
	default:
		on = mappingOf("Fn::Sub", listOfNodes(plainText("arn:${AWS::Partition}:"+service+":${AWS::Region}:${AWS::AccountId}:"+rest+"${name}"), variables))
	}
	return mappingOf("Version", "2012-10-17", "Statement", listOfNodes(mappingOf("Effect", "Allow", "Action", strings.Fields(g.actions), "Resource", on)))
}
