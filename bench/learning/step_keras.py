"""One training step of MobileNetV2 with Keras, in graph mode and, asked for, compiled by XLA. Called by step.mjs."""

import json
import os
import resource
import sys
import time

began = time.perf_counter()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

request = json.load(sys.stdin)
tf.config.threading.set_intra_op_parallelism_threads(request["threads"])
tf.config.threading.set_inter_op_parallelism_threads(request["threads"])
keras = tf.keras

network = keras.applications.MobileNetV2(
    input_shape=(224, 224, 3), alpha=1.0, include_top=False, weights=None
)
if request["from"] is not None:
    names = [layer.name for layer in network.layers]
    cut = network.layers[names.index(request["from"]) - 1].output
    network = keras.Model(cut, network.output)
logits = keras.layers.Dense(10)(keras.layers.GlobalAveragePooling2D()(network.output))
model = keras.Model(network.input, logits)
if request["batchNormalization"] == "frozen":
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.003, momentum=0.9),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    jit_compile=request["form"] == "xla",
)

random = np.random.default_rng(0)
batch = request["batch"]
inputs = tf.constant(random.uniform(-1, 1, (batch, *model.input_shape[1:])).astype("float32"))
targets = tf.constant(np.eye(10, dtype="float32")[np.arange(batch) % 10])
model.train_on_batch(inputs, targets)
first = time.perf_counter() - began

for _ in range(2):
    model.train_on_batch(inputs, targets)
seconds = []
cpu = time.process_time()
for _ in range(request["steps"]):
    start = time.perf_counter()
    model.train_on_batch(inputs, targets)
    seconds.append(time.perf_counter() - start)
cpu = (time.process_time() - cpu) / request["steps"]
print(
    json.dumps(
        {
            "imagesPerSecond": batch / float(np.median(seconds)),
            "imagesPerCpuSecond": batch / cpu,
            "firstStepSeconds": first,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
