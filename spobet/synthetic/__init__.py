"""Synthetic signers: hands, signs, bodies, movements, cameras; `clips` puts them together."""
