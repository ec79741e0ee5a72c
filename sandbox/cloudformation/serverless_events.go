package cloudformation

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// pollers are the events that Lambda fetches itself: where the source's ARN stands, and the
// managed policy that lets the function read it.
var pollers = map[string]struct{ source, policy string }{
	"SQS": {"Queue", "AWSLambdaSQSQueueExecutionRole"}, "Kinesis": {"Stream", "AWSLambdaKinesisExecutionRole"},
	"DynamoDB": {"Stream", "AWSLambdaDynamoDBExecutionRole"}, "MSK": {"Stream", "AWSLambdaMSKExecutionRole"}, "MQ": {"Broker", ""},
}

// kindOf is the type of an event.
func kindOf(event *document.Node) string {
	if t := event.Get("Type"); t != nil {
		return t.Value
	}
	return ""
}

func (u unit) events() {
	all := u.get("Events")
	if all == nil {
		return
	}
	for _, p := range all.Pairs {
		u.event(u.id+letterDigits(p.Key.Value), kindOf(p.Value), p.Value.Get("Properties"))
	}
}

// event makes what brings one event to a function.
func (u unit) event(id, kind string, properties *document.Node) {
	switch kind {
	case "SQS", "Kinesis", "DynamoDB", "MSK", "MQ":
		u.mapping(id, pollers[kind].source, properties)
	case "SNS":
		u.add(id, "AWS::SNS::Subscription", with(properties, "Endpoint", attributeOfNode(u.id, "Arn"), "Protocol", "lambda", "TopicArn", properties.Get("Topic")).without("Topic"))
		u.permission(id, "sns.amazonaws.com", properties.Get("Topic"))
	case "Schedule", "EventBridgeRule", "CloudWatchEvent":
		u.rule(id, kind, properties)
	case "CloudWatchLogs":
		u.add(id, "AWS::Logs::SubscriptionFilter", with(properties, "DestinationArn", attributeOfNode(u.id, "Arn")).Node, id+"Permission")
		u.permission(id, "logs.amazonaws.com", nil)
	case "IoTRule":
		u.add(id, "AWS::IoT::TopicRule", mappingOf("TopicRulePayload", with(properties, "RuleDisabled", "false", "Actions", listOfNodes(mappingOf("Lambda", mappingOf("FunctionArn", attributeOfNode(u.id, "Arn"))))).Node))
		u.permission(id, "iot.amazonaws.com", nil)
	case "S3":
		u.permission(id, "s3.amazonaws.com", nil)
	case "AlexaSkill":
		u.permission(id, "alexa-appkit.amazon.com", nil)
	case "Cognito":
		u.permission(id, "cognito-idp.amazonaws.com", nil)
	case "Api", "HttpApi":
		u.route(id, kind, properties)
	default:
		u.absent = append(u.absent, "event "+kind)
	}
}

// given is a mapping under way.
type given struct{ *document.Node }

// with copies a mapping and puts names and values behind it.
func with(n *document.Node, pairs ...any) given {
	out := mappingOf(pairs...)
	if n != nil {
		for _, p := range n.Pairs {
			if out.Get(p.Key.Value) == nil {
				out.Pairs = append(out.Pairs, p)
			}
		}
	}
	return given{out}
}

func (g given) without(names ...string) *document.Node {
	g.Pairs = slices.DeleteFunc(g.Pairs, func(p document.Pair) bool { return slices.Contains(names, p.Key.Value) })
	return g.Node
}

func (u unit) mapping(id, source string, properties *document.Node) {
	u.add(id, "AWS::Lambda::EventSourceMapping", with(properties, "EventSourceArn", properties.Get(source), "FunctionName", refTo(u.id)).without(source))
}

func (u unit) permission(id, principal string, source *document.Node) {
	u.add(id+"Permission", "AWS::Lambda::Permission", mappingOf("Action", "lambda:InvokeFunction", "FunctionName", refTo(u.id), "Principal", principal, "SourceArn", source))
}

func (u unit) rule(id, kind string, properties *document.Node) {
	target := mappingOf("Arn", attributeOfNode(u.id, "Arn"), "Id", id+"LambdaTarget", "Input", properties.Get("Input"), "InputPath", properties.Get("InputPath"),
		"DeadLetterConfig", properties.Get("DeadLetterConfig"), "RetryPolicy", properties.Get("RetryPolicy"))
	out := mappingOf("Name", properties.Get("Name"), "Description", properties.Get("Description"), "EventBusName", properties.Get("EventBusName"), "State", properties.Get("State"),
		"EventPattern", properties.Get("Pattern"), "Targets", listOfNodes(target))
	if kind == "Schedule" {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("ScheduleExpression"), Value: nodeOr(properties.Get("Schedule"), plainText(""))})
	}
	u.add(id, "AWS::Events::Rule", out)
	u.permission(id, "events.amazonaws.com", attributeOfNode(id, "Arn"))
}

// route is a path of an API: one of the template, or the one that is made for all that name none.
func (u unit) route(id, kind string, properties *document.Node) {
	name, implicit := "RestApiId", "ServerlessRestApi"
	if kind == "HttpApi" {
		name, implicit = "ApiId", "ServerlessHttpApi"
	}
	api := properties.Get(name)
	if api == nil {
		api = refTo(implicit)
		path, method := "/", "any"
		if p := properties.Get("Path"); p != nil {
			path = p.Value
		}
		if m := properties.Get("Method"); m != nil {
			method = strings.ToLower(m.Value)
		}
		body := mappingOf("x-amazon-apigateway-integration", mappingOf("type", "aws_proxy", "httpMethod", "POST",
			"uri", subOf("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${"+u.id+".Arn}/invocations")), "responses", mappingOf())
		u.routes[implicit] = append(u.routes[implicit], document.Pair{Key: plainText(path), Value: mappingOf(method, body)})
	}
	u.permission(id, "apigateway.amazonaws.com", mappingOf("Fn::Sub", listOfNodes(plainText("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/*"), mappingOf("api", api))))
}

func nodeOr(n, otherwise *document.Node) *document.Node {
	if n == nil {
		return otherwise
	}
	return n
}
