package cloudformation

import (
	"slices"

	"github.com/axle-cd/axle/document"
)

// implicit makes the APIs of the functions that name none.
func (a *application) implicit() {
	of := func(id, kind string) unit {
		body := mappingOf("info", mappingOf("version", "1.0", "title", refTo("AWS::StackName")), "paths", joinedPaths(a.routes[id]))
		return unit{application: a, id: id, node: mappingOf("Type", "AWS::Serverless::"+kind), properties: merged(a.globals.Get(kind), mappingOf("DefinitionBody", body, "StageName", stageOf(kind)))}
	}
	if a.routes["ServerlessRestApi"] != nil {
		of("ServerlessRestApi", "Api").api()
	}
	if a.routes["ServerlessHttpApi"] != nil {
		of("ServerlessHttpApi", "HttpApi").httpAPI()
	}
}

func stageOf(kind string) any {
	if kind == "Api" {
		return "Prod"
	}
	return nil
}

// joinedPaths puts the methods of one path together.
func joinedPaths(routes []document.Pair) *document.Node {
	out := mappingOf()
	for _, r := range routes {
		if i := slices.IndexFunc(out.Pairs, func(p document.Pair) bool { return p.Key.Value == r.Key.Value }); i >= 0 {
			out.Pairs[i].Value = merged(out.Pairs[i].Value, r.Value)
		} else {
			out.Pairs = append(out.Pairs, r)
		}
	}
	return out
}

// inDefinition are properties of an API that end in the text of its definition, which nobody reads here.
var inDefinition = []string{"Auth", "Cors", "GatewayResponses", "Models", "OpenApiVersion", "MergeDefinitions", "AlwaysDeploy"}

func (u unit) api() {
	out := mappingOf("Body", u.get("DefinitionBody"), "BodyS3Location", u.stored("DefinitionUri", "Bucket", "Key", "Version"))
	stage := mappingOf()
	u.carry(out, []string{"Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "ApiKeySourceType", "DisableExecuteApiEndpoint", "FailOnWarnings", "Mode"},
		append([]string{"DefinitionBody", "DefinitionUri", "StageName", "Tags", "EndpointConfiguration", "TracingEnabled", "Variables", "CacheClusterEnabled", "CacheClusterSize",
			"MethodSettings", "AccessLogSetting", "CanarySetting"}, inDefinition...)...)
	if e := u.get("EndpointConfiguration"); e != nil {
		if e.Kind == document.Text {
			e = mappingOf("Types", []string{e.Value})
		} else if t := e.Get("Type"); t != nil {
			e = mappingOf("Types", listOfNodes(t), "VpcEndpointIds", e.Get("VPCEndpointIds"))
		}
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("EndpointConfiguration"), Value: e})
	}
	for _, name := range []string{"TracingEnabled", "Variables", "CacheClusterEnabled", "CacheClusterSize", "MethodSettings", "AccessLogSetting", "CanarySetting"} {
		if v := u.get(name); v != nil {
			stage.Pairs = append(stage.Pairs, document.Pair{Key: plainText(name), Value: v})
		}
	}
	name := u.get("StageName")
	if name == nil {
		u.invalid("Missing required property 'StageName'.")
		return
	}
	deployment, stageID := u.id+"Deployment"+digestOf(out), u.id+letterDigits(name.Value)+"Stage"
	if isFunction(name) {
		stageID = u.id + "Stage"
	}
	u.add(u.id, "AWS::ApiGateway::RestApi", out)
	u.add(deployment, "AWS::ApiGateway::Deployment", mappingOf("RestApiId", refTo(u.id), "StageName", "Stage"))
	u.add(stageID, "AWS::ApiGateway::Stage", with(stage, "RestApiId", refTo(u.id), "DeploymentId", refTo(deployment), "StageName", name).Node)
	u.renamed[u.id+".Stage"], u.renamed[u.id+".Deployment"] = stageID, deployment
}

func (u unit) httpAPI() {
	out := mappingOf("Body", u.get("DefinitionBody"), "BodyS3Location", u.stored("DefinitionUri", "Bucket", "Key", "Version"), "CorsConfiguration", u.get("CorsConfiguration"))
	u.carry(out, []string{"Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "Name"},
		append([]string{"DefinitionBody", "DefinitionUri", "StageName", "Tags", "CorsConfiguration", "StageVariables", "DefaultRouteSettings", "RouteSettings", "AccessLogSettings"}, inDefinition...)...)
	if out.Get("Body") == nil && out.Get("BodyS3Location") == nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("ProtocolType"), Value: plainText("HTTP")})
		if out.Get("Name") == nil {
			out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Name"), Value: plainText(u.id)})
		}
	}
	name, stageID := u.get("StageName"), u.id+"ApiGatewayDefaultStage"
	if name == nil {
		name = plainText("$default")
	} else {
		stageID = u.id + letterDigits(name.Value) + "Stage"
	}
	u.add(u.id, "AWS::ApiGatewayV2::Api", out)
	u.add(stageID, "AWS::ApiGatewayV2::Stage", mappingOf("ApiId", refTo(u.id), "StageName", name, "AutoDeploy", "true", "StageVariables", u.get("StageVariables"),
		"DefaultRouteSettings", u.get("DefaultRouteSettings"), "RouteSettings", u.get("RouteSettings"), "AccessLogSettings", u.get("AccessLogSettings")))
	u.renamed[u.id+".Stage"] = stageID
}

func (u unit) simpleTable() {
	key, kind := "id", "S"
	if k := u.get("PrimaryKey"); k != nil {
		if n := k.Get("Name"); n != nil {
			key = n.Value
		}
		if t := k.Get("Type"); t != nil {
			kind = map[string]string{"String": "S", "Number": "N", "Binary": "B"}[t.Value]
		}
	}
	out := mappingOf("AttributeDefinitions", listOfNodes(mappingOf("AttributeName", key, "AttributeType", kind)), "KeySchema", listOfNodes(mappingOf("AttributeName", key, "KeyType", "HASH")))
	u.carry(out, []string{"TableName", "SSESpecification", "ProvisionedThroughput", "PointInTimeRecoverySpecification"}, "PrimaryKey", "Tags")
	if u.get("ProvisionedThroughput") == nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("BillingMode"), Value: plainText("PAY_PER_REQUEST")})
	}
	if u.get("Tags") != nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Tags"), Value: u.tags("dynamodb")})
	}
	u.add(u.id, "AWS::DynamoDB::Table", out)
}

func (u unit) layer() {
	out := mappingOf("Content", u.stored("ContentUri", "S3Bucket", "S3Key", "S3ObjectVersion"))
	u.carry(out, []string{"LayerName", "Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"}, "ContentUri", "RetentionPolicy")
	id := u.id + digestOf(u.get("ContentUri"))
	u.add(id, "AWS::Lambda::LayerVersion", out)
	if policy := u.get("RetentionPolicy"); policy == nil || policy.Value != "Delete" {
		made := u.made[len(u.made)-1].Value
		made.Pairs = append(made.Pairs, document.Pair{Key: plainText("DeletionPolicy"), Value: plainText("Retain")})
	}
	u.renamed[u.id] = id
}

func (u unit) stateMachine() {
	out := mappingOf("DefinitionS3Location", u.stored("DefinitionUri", "Bucket", "Key", "Version"), "StateMachineName", u.get("Name"), "StateMachineType", u.get("Type"),
		"LoggingConfiguration", u.get("Logging"), "TracingConfiguration", u.get("Tracing"), "Tags", u.tags("stateMachine"))
	u.carry(out, []string{"Definition", "DefinitionSubstitutions"}, "DefinitionUri", "Name", "Type", "Logging", "Tracing", "Tags", "Role", "Policies", "PermissionsBoundary", "RolePath")
	role := u.get("Role")
	if role == nil {
		role = attributeOfNode(u.id+"Role", "Arn")
	}
	out.Pairs = append(out.Pairs, document.Pair{Key: plainText("RoleArn"), Value: role})
	u.add(u.id, "AWS::StepFunctions::StateMachine", out)
	if u.get("Role") == nil {
		u.role("states.amazonaws.com", nil)
	}
}

// nested is an application whose template lies in a bucket; the public repository is not here.
func (u unit) nested() {
	if l := u.get("Location"); l == nil || l.Kind != document.Text {
		u.absent = append(u.absent, "Application.Location.ApplicationId")
		return
	}
	out := mappingOf("TemplateURL", u.get("Location"))
	u.carry(out, []string{"Parameters", "NotificationARNs", "TimeoutInMinutes"}, "Location", "Tags")
	u.add(u.id, typeStack, out)
}
