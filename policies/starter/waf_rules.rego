# METADATA
# title: A firewall has rules
# custom:
#   id: AXLE-WAF-1
#   fix: "Set Rules: without any it lets everything through, and is paid for"
#   standards: [Security Hub WAF.10]
package axle.rules.waf_rules

import data.axle.lib

says := "firewall %s has no rules"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::WAFv2::WebACL"), ["Rules"], says)
