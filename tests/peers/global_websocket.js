// For `node -r`: the document's client uses the WebSocket that browsers and Node from 22 on have.
"use strict";

globalThis.WebSocket ??= require("../node/node_modules/ws");
