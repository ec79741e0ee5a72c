# METADATA
# title: A group's machines give their credentials only to whoever asks with a token
# custom:
#   id: AXLE-ASG-3
#   fix: "Set MetadataOptions: { HttpTokens: required }"
#   standards: [Security Hub AutoScaling.3, CIS AWS v3.0 5.6]
package axle.rules.asg_tokens

import data.axle.lib

says := "machines of %s give their credentials without a token"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::AutoScaling::LaunchConfiguration"), ["MetadataOptions", "HttpTokens"], {"required"}, says)
