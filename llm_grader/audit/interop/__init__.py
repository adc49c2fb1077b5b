"""Labels to and from other tools: Label Studio and Argilla."""
