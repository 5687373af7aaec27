"""Features of MobileNetV2 with PyTorch and a DataLoader, decoding included. Called by bench.mjs."""

import json
import os
import sys
import time

import torch
import torchvision
from PIL import Image
from torchvision.transforms import functional

request = json.load(sys.stdin)
paths, threads = request["paths"], request["threads"]
torch.set_num_threads(threads)


class Pictures(torch.utils.data.Dataset):
    def __init__(self, list_of_paths):
        self.paths = list_of_paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as picture:
            resized = picture.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
        return functional.to_tensor(resized)


network = torchvision.models.mobilenet_v2(weights=None).features.eval().to(memory_format=torch.channels_last)


def extract(list_of_paths):
    loader = torch.utils.data.DataLoader(Pictures(list_of_paths), batch_size=32, num_workers=threads)
    rows = []
    with torch.inference_mode():
        for batch in loader:
            batch = batch.contiguous(memory_format=torch.channels_last)
            rows.append(network(batch).mean(dim=(2, 3)))
    return torch.cat(rows)


extract(paths[:64])
cpu = sum(os.times()[:4])
began = time.perf_counter()
features = extract(paths)
seconds = time.perf_counter() - began
cpu_seconds = sum(os.times()[:4]) - cpu
print(
    json.dumps(
        {
            "imagesPerSecond": len(paths) / seconds,
            "imagesPerCpuSecond": len(paths) / cpu_seconds,
            "featureDim": features.shape[1],
        }
    )
)
