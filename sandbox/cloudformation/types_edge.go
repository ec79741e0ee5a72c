package cloudformation

import (
	"strings"
	"time"
)

var edgeTypes = map[string]kind{
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		physical: balanced("loadbalancer/app/"), takes: 3 * time.Second,
		attrs: map[string]answer{
			"LoadBalancerArn": physicalID, "LoadBalancerFullName": behind("loadbalancer/"), "LoadBalancerName": second, "SecurityGroups": listOf("SecurityGroups"),
			"CanonicalHostedZoneID": func(p place, _ resource) any { return "Z" + draw(upperDigits, 13, "elb", p.Region) },
			"DNSName": func(p place, r resource) any {
				return second(p, r).(string) + "-" + draw("0123456789", 10, r.PhysicalID) + "." + p.Region + ".elb." + suffix(p.Region)
			},
		},
	},
	"AWS::ElasticLoadBalancingV2::TargetGroup": {
		physical: balanced("targetgroup/"),
		attrs:    map[string]answer{"TargetGroupArn": physicalID, "TargetGroupFullName": behind(""), "TargetGroupName": second, "LoadBalancerArns": list()},
	},
	"AWS::ElasticLoadBalancingV2::Listener":     {physical: balanced("listener/app/"), attrs: map[string]answer{"ListenerArn": physicalID}},
	"AWS::ElasticLoadBalancingV2::ListenerRule": {physical: balanced("listener-rule/app/"), attrs: map[string]answer{"RuleArn": physicalID, "IsDefault": constant("false")}},
	"AWS::ApiGateway::RestApi":                  {physical: letters(10), attrs: map[string]answer{"RestApiId": physicalID, "RootResourceId": func(_ place, r resource) any { return draw(lowerDigits, 10, r.PhysicalID) }}},
	"AWS::ApiGateway::Resource":                 {physical: letters(6), attrs: map[string]answer{"ResourceId": physicalID}},
	"AWS::ApiGateway::Method":                   {physical: joined("RestApiId", "ResourceId", "HttpMethod")},
	"AWS::ApiGateway::Deployment":               {physical: letters(6), attrs: map[string]answer{"DeploymentId": physicalID}},
	"AWS::ApiGateway::Stage":                    {},
	"AWS::ApiGatewayV2::Api": {
		physical: letters(10),
		attrs: map[string]answer{"ApiId": physicalID, "ApiEndpoint": func(p place, r resource) any {
			return "https://" + r.PhysicalID + ".execute-api." + p.Region + "." + suffix(p.Region)
		}},
	},
	"AWS::ApiGatewayV2::Stage":       {},
	"AWS::ApiGatewayV2::Route":       {physical: letters(7), attrs: map[string]answer{"RouteId": physicalID}},
	"AWS::ApiGatewayV2::Integration": {physical: letters(7), attrs: map[string]answer{"IntegrationId": physicalID}},
	"AWS::Route53::HostedZone": {
		physical: func(p place, r resource) any { return "Z" + p.draw(upperDigits, 20, r.LogicalID, "zone") },
		attrs:    map[string]answer{"Id": physicalID, "NameServers": list(constant("ns-1.awsdns-01.org"), constant("ns-2.awsdns-02.com"))},
	},
	"AWS::Route53::RecordSet":              {physical: property("Name")},
	"AWS::CertificateManager::Certificate": {physical: func(p place, r resource) any { return p.arn("acm", "certificate/"+fresh("certificate")(p, r).(string)) }},
	"AWS::CloudFront::Distribution": {
		physical: func(p place, r resource) any { return "E" + p.draw(upperDigits, 13, r.LogicalID, "distribution") }, takes: 3 * time.Second,
		attrs: map[string]answer{"Id": physicalID, "DomainName": func(_ place, r resource) any { return "d" + draw(lowerDigits, 13, r.PhysicalID) + ".cloudfront.net" }},
	},
	"AWS::CloudFront::OriginAccessControl": {physical: func(p place, r resource) any { return "E" + p.draw(upperDigits, 13, r.LogicalID, "oac") }, attrs: map[string]answer{"Id": physicalID}},
	"AWS::Cognito::UserPool": {
		physical: func(p place, r resource) any { return p.Region + "_" + p.draw(lowerDigits, 9, r.LogicalID, "pool") },
		attrs: map[string]answer{
			"UserPoolId": physicalID, "Arn": arn("cognito-idp", "userpool/"),
			"ProviderName": func(p place, r resource) any {
				return "cognito-idp." + p.Region + "." + suffix(p.Region) + "/" + r.PhysicalID
			},
			"ProviderURL": func(p place, r resource) any {
				return "https://cognito-idp." + p.Region + "." + suffix(p.Region) + "/" + r.PhysicalID
			},
		},
	},
	"AWS::Cognito::UserPoolClient": {physical: letters(26), attrs: map[string]answer{"ClientId": physicalID}},
}

// balanced is the ARN of a part of a load balancer: its name and 16 hexadecimal digits.
func balanced(sort string) answer {
	return func(p place, r resource) any {
		name := textOr(r, "Name", shorten(p.StackName, 6)+"-"+shorten(r.LogicalID, 8)+"-"+p.draw(upperDigits, 12, r.LogicalID, "name"))
		return p.arn("elasticloadbalancing", sort+name+"/"+p.draw(hexDigits, 16, r.LogicalID, sort))
	}
}

// letters is an id of n small letters and digits.
func letters(n int) answer {
	return func(p place, r resource) any { return p.draw(lowerDigits, n, r.LogicalID, r.Type) }
}

func listOf(name string) answer {
	return func(_ place, r resource) any {
		if all, ok := r.Properties[name].([]any); ok {
			return all
		}
		return []any{}
	}
}

// second is the name in an ARN that ends in name/digits; behind is what stands before and with it.
func second(_ place, r resource) any {
	parts := strings.Split(r.PhysicalID, "/")
	return parts[len(parts)-2]
}

func behind(prefix string) answer {
	return func(_ place, r resource) any {
		rest := r.PhysicalID[strings.LastIndex(r.PhysicalID, ":")+1:]
		return strings.TrimPrefix(rest, prefix)
	}
}
