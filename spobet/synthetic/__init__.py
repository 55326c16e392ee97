"""Parts of a synthetic signer: hands, signs, bodies, movements, cameras. `spobet.synthetic.clips` puts them together."""
