"""The web chat. Nothing is imported here: `debatebot.web.app` is heavy and only `serve` wants it."""
