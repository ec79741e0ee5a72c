# METADATA
# title: No resource is of a service that AWS has ended
# custom:
#   id: AXLE-CFN-3
#   fix: "Move to its successor: AWS::SSM for OpsWorks, Aurora for QLDB, AWS::Batch for RoboMaker, AWS::WAFv2 for WAF"
#   standards: [AWS product lifecycle]
package axle.rules.cfn_ended

import data.axle.lib

ended := [
	"AWS::OpsWorks::",
	"AWS::OpsWorksCM::",
	"AWS::QLDB::",
	"AWS::RoboMaker::",
	"AWS::WAF::",
	"AWS::WAFRegional::",
]

deny contains lib.finding(id, [], sprintf("%s: AWS has ended %s", [id, service])) if {
	some id, resource in input.Resources
	some service in ended
	startswith(object.get(resource, "Type", ""), service)
}
