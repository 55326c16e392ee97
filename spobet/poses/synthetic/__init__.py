"""Parts of a synthetic signer: hands, signs, bodies, movements, cameras. `spobet.poses.synthesize` puts them together."""
