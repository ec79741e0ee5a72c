# METADATA
# title: Files are not transferred over FTP
# custom:
#   id: AXLE-TRANSFER-1
#   fix: "Set Protocols: [SFTP], the default"
#   standards: [Security Hub Transfer.2]
package axle.rules.transfer_ftp

import data.axle.lib

deny contains finding if {
	some member in lib.members(lib.of("AWS::Transfer::Server"), ["Protocols"])
	some finding in lib.judged_at(member, [], member.value, lib.allowed(member.value, {"FTP"}), sprintf("server %s takes files without TLS", [member.id]))
}
