"""Networks that read raw landmarks: all of preprocessing inside the ONNX file."""
