"""What shows that containers run on an instance: what its user data installs or starts."""

from __future__ import annotations

import pytest

from imdsguard import Workload
from tests.aws.memory import launch, resource


def use_of(user_data: str) -> Workload:
    return launch(resource("aws_instance.web", user_data=user_data)).delivery.workload


@pytest.mark.parametrize(
    "user_data",
    [
        "#!/bin/bash\nyum install -y docker\n",
        "#!/bin/bash\napt-get install -y jq docker.io\n",
        "#!/bin/bash\namazon-linux-extras install docker -y\n",
        "#!/bin/bash\nsystemctl enable --now containerd\n",
        "#!/bin/bash\nservice docker start\n",
        "#!/bin/bash\ndocker run -d example/app:1\n",
        "#!/bin/bash\ndocker compose -f /opt/app/compose.yml up -d\n",
        "#!/bin/bash\npodman run app\n",
        "#!/bin/bash\ncurl -sfL https://get.k3s.io | sh -\n",
        "#!/bin/sh\ncurl -sfL https://get.rke2.io | sh -\nsystemctl enable --now rke2-server\n",
        "#!/bin/bash\nkubeadm join 10.0.0.1:6443\n",
        "#cloud-config\npackages:\n  - docker\n",
        "#cloud-config\nruncmd:\n  - docker swarm init\n",
        "[settings.kubernetes]\ncluster-name = 'x'\n",
        "#!/bin/bash\necho ECS_CLUSTER=x >> /etc/ecs/ecs.config\n",
    ],
)
def test_user_data_that_runs_containers_is_seen(user_data: str) -> None:
    assert use_of(user_data) is Workload.CONTAINERS


@pytest.mark.parametrize(
    "user_data",
    [
        "#!/bin/bash\nyum install -y httpd\n",
        "#!/bin/bash\n# docker run -d example/app:1\n",
        "#!/bin/bash\nmkdir -p /opt/docker\n",
        "#!/bin/bash\nyum remove docker\n",
        "#!/bin/bash\nsystemctl enable --now nginx\n",
    ],
)
def test_user_data_without_containers_is_not_taken_for_a_host_of_them(user_data: str) -> None:
    assert use_of(user_data) is not Workload.CONTAINERS
