# METADATA
# title: An access point says as whom files are used
# custom:
#   id: AXLE-EFS-4
#   fix: "Set PosixUser: { Uid, Gid }"
#   standards: [Security Hub EFS.4]
package axle.rules.efs_user

import data.axle.lib

says := "access point %s takes the client's word for who it is"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::EFS::AccessPoint"), ["PosixUser", "Uid"], says)
