# METADATA
# title: A search domain's nodes speak TLS with each other
# custom:
#   id: AXLE-SEARCH-2
#   fix: "Set NodeToNodeEncryptionOptions: { Enabled: true }"
#   standards: [Security Hub Opensearch.3, Security Hub ES.3]
package axle.rules.search_nodes

import data.axle.lib

says := "nodes of search domain %s speak without TLS"

warn contains finding if some finding in lib.wants_true(lib.of_any({"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}), ["NodeToNodeEncryptionOptions", "Enabled"], says)
