// From the documentation of realvirtual.io, "Websocket (Pro)", wire protocol v2,
// "Example: JavaScript / TypeScript (Browser or Node.js)".
// Word for word; run by ../document.py, which says what is substituted.

const ws = new WebSocket("ws://127.0.0.1:8080");

ws.onopen = () => {
    // Send init
    ws.send(JSON.stringify({
        type: "init",
        version: 2,
        name: "WebClient"
    }));

    // Request signal catalog
    ws.send(JSON.stringify({
        type: "import_request",
        version: 2
    }));
};

ws.onmessage = (event) => {
    const msg = JSON.parse(event.data);

    switch (msg.type) {
        case "import_answer":
            console.log("Available signals:", Object.keys(msg.signalTypes));
            // Subscribe to specific signals
            ws.send(JSON.stringify({
                type: "subscribe",
                version: 2,
                subscribe: ["Sensor1", "DriveSpeed"]
            }));
            break;

        case "data":
        case "snapshot":
            console.log("Received signals:", msg.signals);

            // Send data back
            ws.send(JSON.stringify({
                type: "data",
                signals: {
                    "MyOutput": true,
                    "SetSpeed": 100.5
                }
            }));
            break;
    }
};
