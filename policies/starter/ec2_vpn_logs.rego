# METADATA
# title: A client VPN logs who connects
# custom:
#   id: AXLE-EC2-8
#   fix: "Set ConnectionLogOptions: { Enabled: true, CloudwatchLogGroup }"
#   standards: [Security Hub EC2.51]
package axle.rules.ec2_vpn_logs

import data.axle.lib

says := "VPN %s does not log who connects"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::EC2::ClientVpnEndpoint"), ["ConnectionLogOptions", "Enabled"], says)
