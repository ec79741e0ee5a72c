# METADATA
# title: A load balancer speaks TLS
# custom:
#   id: AXLE-ELB-1
#   fix: "Set Protocol: HTTPS with Certificates, or let HTTP redirect: DefaultActions: [{ Type: redirect, RedirectConfig: { Protocol: HTTPS, StatusCode: HTTP_301 } }]"
#   standards: [Security Hub ELB.1]
package axle.rules.elb_redirect

import data.axle.lib

plain := {id: properties |
	some id, properties in lib.of("AWS::ElasticLoadBalancingV2::Listener")
	not id in redirecting
}

redirecting contains member.id if {
	some member in lib.members(lib.of("AWS::ElasticLoadBalancingV2::Listener"), ["DefaultActions"])
	lib.at(member.value, ["RedirectConfig", "Protocol"]) == "HTTPS"
}

warn contains finding if some finding in lib.refuses(plain, ["Protocol"], {"HTTP"}, "listener %s speaks without TLS")
