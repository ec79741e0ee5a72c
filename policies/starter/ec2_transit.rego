# METADATA
# title: A transit gateway asks before it lets a VPC in
# custom:
#   id: AXLE-EC2-7
#   fix: "Remove AutoAcceptSharedAttachments: enable"
#   standards: [Security Hub EC2.23]
package axle.rules.ec2_transit

import data.axle.lib

says := "transit gateway %s lets in whoever asks"

warn contains finding if some finding in lib.refuses(lib.of("AWS::EC2::TransitGateway"), ["AutoAcceptSharedAttachments"], {"enable"}, says)
