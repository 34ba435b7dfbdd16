"""The local web server: WebSocket sessions, REST, pages, access and certificates."""
