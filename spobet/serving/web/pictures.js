// The pictures of a video as they are shown, each once, and when each was taken.

// callback(seconds) when the video shows its next picture. Where the browser knows when the camera
// took it, that counts; otherwise its place in the video, or when it was shown.
export function onPicture(video, callback) {
  if (!video.requestVideoFrameCallback) {
    untilChanged(video, callback);
    return;
  }
  video.requestVideoFrameCallback((now, { captureTime, mediaTime }) => {
    callback(video.srcObject ? (captureTime ?? now) / 1000 : mediaTime);
  });
}

function untilChanged(video, callback, shown = video.currentTime) {
  requestAnimationFrame(() => {
    const { currentTime } = video;
    if (currentTime === shown && shown) untilChanged(video, callback, shown);
    else callback(currentTime);
  });
}
