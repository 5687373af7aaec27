"""One training step of MobileNetV2 with PyTorch: eager, channels last, or compiled. Called by step.mjs."""

import json
import resource
import sys
import time

began = time.perf_counter()
import torch  # noqa: E402
import torchvision  # noqa: E402

request = json.load(sys.stdin)
torch.set_num_threads(request["threads"])
torch.manual_seed(0)

features = torchvision.models.mobilenet_v2(weights=None).features
if request["from"] is not None:
    # Keras' block_13 is torchvision's features[14]; block_13_expand is its first layer.
    assert request["from"] == "block_13_expand"
    features = features[14:]
model = torch.nn.Sequential(
    features, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(1280, 10)
)
model.train()
if request["batchNormalization"] == "frozen":
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
            module.requires_grad_(False)

device = "cuda" if request["device"] == "gpu" else "cpu"
model = model.to(device)
batch = request["batch"]
inputs = torch.rand(batch, *((96, 14, 14) if request["from"] else (3, 224, 224))) * 2 - 1
targets = torch.arange(batch) % 10
if request["form"] != "contiguous" and request["form"] != "compiled":
    model = model.to(memory_format=torch.channels_last)
    inputs = inputs.contiguous(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(
    [p for p in model.parameters() if p.requires_grad], lr=0.003, momentum=0.9
)
forward = torch.compile(model) if request["form"].startswith("compiled") else model


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(forward(inputs.to(device)), targets.to(device))
    loss.backward()
    optimizer.step()
    return loss.item()


step()
first = time.perf_counter() - began
for _ in range(2):
    step()
seconds = []
cpu = time.process_time()
for _ in range(request["steps"]):
    start = time.perf_counter()
    step()
    seconds.append(time.perf_counter() - start)
cpu = (time.process_time() - cpu) / request["steps"]
print(
    json.dumps(
        {
            "imagesPerSecond": batch / sorted(seconds)[len(seconds) // 2],
            "imagesPerCpuSecond": batch / cpu,
            "firstStepSeconds": first,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
