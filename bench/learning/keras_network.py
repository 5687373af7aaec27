"""MobileNetV2 in Keras with the weights that the zoo exported."""

import numpy as np
import tensorflow as tf


def mobilenet_v2(weights, size=224):
    """Without classifier and pooling; layers find their weights by name."""
    network = tf.keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=1.0, include_top=False, weights=None
    )
    known = {layer.name: layer for layer in network.layers}
    unused = [entry["name"] for entry in weights if entry["name"] not in known]
    if unused:
        raise ValueError(f"Keras' MobileNetV2 has no layers {unused}")
    for entry in weights:
        values = [
            np.fromfile(weight["file"], np.float32).reshape(weight["shape"])
            for weight in entry["weights"]
        ]
        known[entry["name"]].set_weights(values)
    return network
