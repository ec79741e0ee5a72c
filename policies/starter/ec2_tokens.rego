# METADATA
# title: A machine gives its credentials only to whoever asks with a token
# custom:
#   id: AXLE-EC2-5
#   fix: "Set MetadataOptions: { HttpTokens: required }"
#   standards: [Security Hub EC2.170, CIS AWS v3.0 5.6]
package axle.rules.ec2_tokens

import data.axle.lib

says := "machines of %s give their credentials without a token"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::EC2::LaunchTemplate"), ["LaunchTemplateData", "MetadataOptions", "HttpTokens"], {"required"}, says)
