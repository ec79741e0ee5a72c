package lsp

import "encoding/json"

// message is a request, a notification, or an answer to what this side never asks.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// JSON-RPC's codes, and the protocol's.
const (
	parseError     = -32700
	invalidRequest = -32600
	methodNotFound = -32601
	invalidParams  = -32602
	notInitialized = -32002
)

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type (
	answer struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}
	refusal struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *rpcError       `json:"error"`
	}
	notification struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}
)

// What is read of an editor's notifications; a position is a line and a column in UTF-16 units,
// both from 0.
type (
	position struct {
		Line      uint32 `json:"line"`
		Character uint32 `json:"character"`
	}
	span struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	textDocument struct {
		URI     string `json:"uri"`
		Version int32  `json:"version"`
		Text    string `json:"text"`
	}
	change struct {
		Range *span   `json:"range"` // nil: Text is all of the document
		Text  *string `json:"text"`
	}
	documentParams struct {
		TextDocument *textDocument `json:"textDocument"`
		Changes      []change      `json:"contentChanges"`
	}
)

// What an editor is told.
type (
	publishParams struct {
		URI         string  `json:"uri"`
		Version     *int32  `json:"version,omitempty"`
		Diagnostics []shown `json:"diagnostics"`
	}
	shown struct {
		Range       span   `json:"range"`
		Severity    int    `json:"severity"`
		Code        string `json:"code"`
		Description *href  `json:"codeDescription,omitempty"`
		Source      string `json:"source"`
		Message     string `json:"message"`
	}
	messageParams struct {
		Type    int    `json:"type"` // 1 is an error
		Message string `json:"message"`
	}
	href struct {
		Href string `json:"href"`
	}
)

// abilities is the answer to initialize: documents are followed by their changes, in UTF-16.
func (s Server) abilities() any {
	type m = map[string]any
	return m{
		"capabilities": m{
			"positionEncoding": "utf-16",
			"textDocumentSync": m{"openClose": true, "change": 2, "save": m{"includeText": false}},
		},
		"serverInfo": m{"name": s.Name, "version": s.Version},
	}
}
