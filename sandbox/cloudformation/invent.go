package cloudformation

import (
	"cmp"
	"slices"
	"strings"
)

// What a type without code of its own answers is made by the table and by AWS's habits: an
// attribute that ends in Arn is an ARN, one in Id an id, and so on. It stays with the resource.

// services are the names of services in ARNs, where they are not the type's in small letters.
var services = map[string]string{
	"ACMPCA": "acm-pca", "APS": "aps", "AmazonMQ": "mq", "ApplicationAutoScaling": "autoscaling", "CertificateManager": "acm", "Cognito": "cognito-idp",
	"DirectoryService": "ds", "DocDB": "rds", "EFS": "elasticfilesystem", "EMR": "elasticmapreduce", "ElasticLoadBalancing": "elasticloadbalancing",
	"ElasticLoadBalancingV2": "elasticloadbalancing", "Elasticsearch": "es", "EventSchemas": "schemas", "InspectorV2": "inspector2", "KinesisAnalyticsV2": "kinesisanalytics",
	"KinesisFirehose": "firehose", "MSK": "kafka", "Neptune": "rds", "OpenSearchServerless": "aoss", "OpenSearchService": "es", "Pinpoint": "mobiletargeting",
	"ResourceGroups": "resource-groups", "ServiceCatalog": "catalog", "StepFunctions": "states",
}

// worldwide are the services whose ARNs name no region.
var worldwide = []string{"iam", "cloudfront", "route53", "organizations", "globalaccelerator"}

// ownID are the services whose compound ids CloudFormation shows by their last part alone.
var ownID = []string{"ApiGateway", "ApiGatewayV2", "AppConfig", "AppMesh", "AppSync", "Cognito", "IoT", "Lambda", "Greengrass"}

// small are the services that make names in small letters.
var small = []string{"DocDB", "ElastiCache", "Neptune", "OpenSearchService", "RDS", "Redshift", "S3"}

// prefixes are how ids of a type begin.
var prefixes = map[string]string{
	"AWS::DirectoryService::MicrosoftAD": "d-", "AWS::DirectoryService::SimpleAD": "d-", "AWS::EC2::CustomerGateway": "cgw-", "AWS::EC2::Host": "h-",
	"AWS::EC2::TransitGateway": "tgw-", "AWS::EC2::TransitGatewayRouteTable": "tgw-rtb-", "AWS::EC2::TransitGatewayVpcAttachment": "tgw-attach-",
	"AWS::EC2::VPCEndpointService": "vpce-svc-", "AWS::EC2::VPNConnection": "vpn-", "AWS::EC2::VPNGateway": "vgw-", "AWS::EMR::Cluster": "j-",
	"AWS::ServiceCatalog::CloudFormationProduct": "prod-", "AWS::ServiceCatalog::Portfolio": "port-", "AWS::ServiceCatalog::TagOption": "tag-",
	"AWS::ServiceCatalog::CloudFormationProvisionedProduct": "pp-", "AWS::Organizations::Organization": "o-", "AWS::Organizations::OrganizationalUnit": "ou-", "AWS::Organizations::Policy": "p-",
}

// typeName takes a type's name apart.
func typeName(typ string) (service, thing string) {
	parts := strings.SplitN(typ, "::", 3)
	return parts[min(1, len(parts)-1)], parts[len(parts)-1]
}

// identity gives a physical id by the table: its parts, those of AWS's own making invented.
func identity(p place, r resource) string {
	s, ok := schemaOf(r.Type)
	if !ok || len(s.id) == 0 {
		return nameOf(p, r)
	}
	names := s.id
	service, _ := typeName(r.Type)
	if slices.Contains(ownID, service) {
		names = names[len(names)-1:]
	}
	parts := make([]string, len(names))
	for i, name := range names {
		if _, given := s.properties[name]; given {
			parts[i] = textOr(r, name, nameOf(p, r))
		} else {
			parts[i] = p.own(r, name)
		}
	}
	return strings.Join(parts, "|")
}

// own makes the part of a physical id that AWS makes.
func (p place) own(r resource, name string) string {
	service, thing := typeName(r.Type)
	prefix, known := prefixes[r.Type]
	switch {
	case strings.HasSuffix(strings.ToLower(name), "arn"):
		return p.arnOf(r, givenName(p, r))
	case known && (service == "ServiceCatalog" || service == "EMR"):
		return prefix + p.draw(lowerDigits, 13, r.LogicalID, name)
	case known || service == "EC2":
		return cmp.Or(prefix, strings.ToLower(thing)+"-") + p.draw(hexDigits, 17, r.LogicalID, name)
	case service == "ApiGateway" || service == "ApiGatewayV2" || service == "AppConfig":
		return p.draw(lowerDigits, 7, r.LogicalID, name)
	case strings.HasSuffix(name, "Id") && r.Type != typeCustom && !strings.HasPrefix(r.Type, "Custom::"):
		return uuid(p.StackID, p.draw(hexDigits, 8, r.LogicalID, name))
	}
	return nameOf(p, resource{LogicalID: r.LogicalID})
}

// arnOf is an ARN in the habit of most services: service, thing, name.
func (p place) arnOf(r resource, named string) string {
	service, thing := typeName(r.Type)
	svc, ok := services[service]
	if !ok {
		svc = strings.ToLower(service)
	}
	if slices.Contains(worldwide, svc) {
		return "arn:" + partition(p.Region) + ":" + svc + "::" + p.Account + ":" + strings.ToLower(thing) + "/" + named
	}
	return p.arn(svc, strings.ToLower(thing)+"/"+named)
}

// givenName is the name that a property gives, or CloudFormation makes.
func givenName(p place, r resource) string {
	_, thing := typeName(r.Type)
	for _, name := range []string{"Name", thing + "Name", thing + "Identifier"} {
		if v := text(r, name); v != "" {
			return v
		}
	}
	return nameOf(p, r)
}

// invent answers an attribute of the schema.
func invent(p place, r resource, name string, kind byte) any {
	switch kind {
	case '@':
		return []any{strings.ToLower(name) + "-" + draw(hexDigits, 8, r.PhysicalID, name)}
	case '#':
		return textOr(r, name, "1")
	case '&':
		return textOr(r, name, "false")
	}
	return inventText(p, r, name)
}

// endings are AWS's habits, the first that fits decides.
var endings = []struct {
	end  string
	give func(p place, r resource, name string) string
}{
	{"arn", func(p place, r resource, name string) string { return p.arnOf(r, behindLast(r.PhysicalID)) }},
	{"arns", func(p place, r resource, name string) string { return p.arnOf(r, behindLast(r.PhysicalID)) }},
	{"port", func(_ place, r resource, _ string) string { return textOr(r, "Port", textOr(r, "DBPort", "443")) }},
	{"url", address4("https://")}, {"uri", address4("https://")},
	{"endpoint", address4("")}, {"address", address4("")}, {"domainname", address4("")}, {"dnsname", address4("")}, {"publicdns", address4("")},
	{"ip", func(_ place, r resource, _ string) string { return ip("10", r.PhysicalID) }},
	{"time", written}, {"at", written}, {"date", written}, {"timestamp", written},
	{"status", func(place, resource, string) string { return "ACTIVE" }}, {"state", func(place, resource, string) string { return "ACTIVE" }},
	{"version", func(place, resource, string) string { return "1" }},
	{"name", func(_ place, r resource, _ string) string { return behindLast(r.PhysicalID) }},
	{"data", func(place, resource, string) string { return "{}" }},
	{"id", func(_ place, r resource, name string) string { return uuid(r.PhysicalID, name) }},
}

func inventText(p place, r resource, name string) string {
	if s, _ := schemaOf(r.Type); slices.Equal(s.id, []string{name}) || name == "Id" && !strings.Contains(r.PhysicalID, "|") {
		return r.PhysicalID
	}
	s, _ := schemaOf(r.Type)
	if at := slices.Index(s.id, name); at >= 0 && strings.Count(r.PhysicalID, "|") == len(s.id)-1 {
		return strings.Split(r.PhysicalID, "|")[at]
	}
	if v := text(r, name); v != "" {
		return v
	}
	last := strings.ToLower(name[strings.LastIndex(name, ".")+1:])
	for _, e := range endings {
		if strings.HasSuffix(last, e.end) {
			return e.give(p, r, name)
		}
	}
	return last + "-" + draw(lowerDigits, 10, r.PhysicalID, name)
}

func written(place, resource, string) string { return "2024-01-01T00:00:00Z" }

// address4 is a host of the resource, behind a scheme.
func address4(scheme string) func(place, resource, string) string {
	return func(p place, r resource, name string) string {
		service, _ := typeName(r.Type)
		return scheme + draw(lowerDigits, 12, r.PhysicalID, name) + "." + strings.ToLower(service) + "." + p.Region + "." + suffix(p.Region)
	}
}

// behindLast is the last part of a physical id, whatever it is put together with.
func behindLast(id string) string { return id[strings.LastIndexAny(id, "/:|")+1:] }
