"""What a network looks at, and how it fills in what is hidden; on Keras, like `spobet.model`."""

import spobet.model  # noqa: F401  chooses Keras's backend before Keras is imported
