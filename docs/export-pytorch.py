"""Export a PyTorch model to an ONNX file that uacs runs.

    python3 export-pytorch.py own.onnx [TEXT AUDIO VISION [BINS]]

writes a small untrained model for features of the given widths, by default those of
MMSA's MOSI files; put your own in place of Small. What matters:

  * each modality is an input of its own: float32 [batch, features], or
    [batch, frames, features] for frame-level features;
  * the batch axis, and the axis of frames, are dynamic;
  * what the model did to its inputs before, such as standardising them, is part of
    forward, so that the file can be fed with features as they come;
  * dropout is off: eval() before the export.
"""
import sys

import torch


class Small(torch.nn.Module):
    """One projection for each modality, and class logits of their sum."""

    def __init__(self, text, audio, vision, bins):
        super().__init__()
        self.text = torch.nn.Linear(text, 16)
        self.audio = torch.nn.Linear(audio, 16)
        self.vision = torch.nn.Linear(vision, 16)
        self.head = torch.nn.Linear(16, bins)

    def forward(self, text, audio, vision):
        audio, vision = audio.mean(1), vision.mean(1)  # over frames
        return self.head(torch.relu(self.text(text) + self.audio(audio) + self.vision(vision)))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sizes = [int(x) for x in sys.argv[2:6]]
    text, audio, vision, bins = sizes + [768, 5, 20, 7][len(sizes):]
    torch.manual_seed(1)
    model = Small(text, audio, vision, bins).eval()
    example = torch.zeros(2, text), torch.zeros(2, 5, audio), torch.zeros(2, 5, vision)
    torch.onnx.export(
        model, example, sys.argv[1], opset_version=13,
        input_names=["text", "audio", "vision"], output_names=["logits"],
        dynamic_axes={
            "text": {0: "batch"}, "audio": {0: "batch", 1: "audio_frames"},
            "vision": {0: "batch", 1: "vision_frames"}, "logits": {0: "batch"},
        },
    )


main()
