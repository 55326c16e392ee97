"""Networks on a model hub: `hf://owner/name[@revision]`, by way of huggingface_hub."""
