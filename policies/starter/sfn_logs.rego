# METADATA
# title: A state machine logs what fails
# custom:
#   id: AXLE-SFN-1
#   fix: "Set LoggingConfiguration: { Level: ERROR, Destinations }"
#   standards: [Security Hub StepFunctions.1]
package axle.rules.sfn_logs

import data.axle.lib

says := "state machine %s logs nothing"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::StepFunctions::StateMachine"), ["LoggingConfiguration", "Level"], {"ALL", "ERROR", "FATAL"}, says)
