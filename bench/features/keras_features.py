"""Features of MobileNetV2 with Keras and tf.data, decoding included. Called by bench.mjs."""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402

request = json.load(sys.stdin)
paths, threads = request["paths"], request["threads"]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)

network = tf.keras.applications.MobileNetV2(
    input_shape=(224, 224, 3), alpha=1.0, include_top=False, weights=None, pooling="avg"
)


def read(path):
    picture = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.resize(picture, (224, 224)) / 255.0


def batches(list_of_paths):
    return (
        tf.data.Dataset.from_tensor_slices(list_of_paths)
        .map(read, num_parallel_calls=threads)
        .batch(32)
        .prefetch(2)
    )


network.predict(batches(paths[:64]), verbose=0)
cpu = sum(os.times()[:4])
began = time.perf_counter()
features = network.predict(batches(paths), verbose=0)
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
