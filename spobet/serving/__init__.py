"""The HTTP API and the page, on FastAPI: the extra `serve`."""
