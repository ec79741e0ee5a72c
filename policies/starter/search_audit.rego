# METADATA
# title: A search domain logs who asks
# custom:
#   id: AXLE-SEARCH-5
#   fix: "Set LogPublishingOptions: { AUDIT_LOGS: { Enabled: true, CloudWatchLogsLogGroupArn } }"
#   standards: [Security Hub Opensearch.5, Security Hub ES.5]
package axle.rules.search_audit

import data.axle.lib

says := "search domain %s does not log who asks"

warn contains finding if some finding in lib.wants_true(lib.of_any({"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}), ["LogPublishingOptions", "AUDIT_LOGS", "Enabled"], says)
