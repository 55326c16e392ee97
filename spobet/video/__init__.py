"""Video: pictures in, landmarks out. PyAV and MediaPipe, the extra `video`, are imported when they are used."""
