provider "aws" {
  region = "us-east-1"
}

resource "aws_ec2_instance_metadata_defaults" "us-east-2" {
  region = "us-east-2"
  http_tokens = "no-preference"
}

resource "aws_ec2_instance_metadata_defaults" "eu-west-1" {
  region = "eu-west-1"
  http_tokens = "optional"
}

resource "aws_ec2_instance_metadata_defaults" "eu-central-1" {
  region = "eu-central-1"
  http_tokens = "required"
}

resource "aws_ec2_instance_metadata_defaults" "eu-west-2" {
  region = "eu-west-2"
  http_put_response_hop_limit = -1
}

resource "aws_ec2_instance_metadata_defaults" "eu-west-3" {
  region = "eu-west-3"
  http_put_response_hop_limit = 1
}

resource "aws_ec2_instance_metadata_defaults" "eu-north-1" {
  region = "eu-north-1"
  http_put_response_hop_limit = 5
}

resource "aws_ami" "us-east-1" {
  region       = "us-east-1"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "us-east-2" {
  region       = "us-east-2"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "eu-west-1" {
  region       = "eu-west-1"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "eu-central-1" {
  region       = "eu-central-1"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "eu-west-2" {
  region       = "eu-west-2"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "eu-west-3" {
  region       = "eu-west-3"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_ami" "eu-north-1" {
  region       = "eu-north-1"
  name         = "golden"
  imds_support = "v2.0"
}

resource "aws_instance" "required_unset_v2" {
  region        = "us-east-1"
  ami           = aws_ami.us-east-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_unset_v2" {
  region   = "us-east-1"
  image_id = aws_ami.us-east-1.id

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_unset_v2" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_unset_v2.id
    version = aws_launch_template.required_unset_v2.latest_version
  }
}

resource "aws_instance" "required_unset_v1" {
  region        = "us-east-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_unset_v1" {
  region   = "us-east-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_unset_v1" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_unset_v1.id
    version = aws_launch_template.required_unset_v1.latest_version
  }
}

resource "aws_instance" "required_no_preference_v2" {
  region        = "us-east-2"
  ami           = aws_ami.us-east-2.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_no_preference_v2" {
  region   = "us-east-2"
  image_id = aws_ami.us-east-2.id

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_no_preference_v2" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_no_preference_v2.id
    version = aws_launch_template.required_no_preference_v2.latest_version
  }
}

resource "aws_instance" "required_no_preference_v1" {
  region        = "us-east-2"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_no_preference_v1" {
  region   = "us-east-2"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_no_preference_v1" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_no_preference_v1.id
    version = aws_launch_template.required_no_preference_v1.latest_version
  }
}

resource "aws_instance" "required_optional_v2" {
  region        = "eu-west-1"
  ami           = aws_ami.eu-west-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_optional_v2" {
  region   = "eu-west-1"
  image_id = aws_ami.eu-west-1.id

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_optional_v2" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_optional_v2.id
    version = aws_launch_template.required_optional_v2.latest_version
  }
}

resource "aws_instance" "required_optional_v1" {
  region        = "eu-west-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_optional_v1" {
  region   = "eu-west-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_optional_v1" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_optional_v1.id
    version = aws_launch_template.required_optional_v1.latest_version
  }
}

resource "aws_instance" "required_required_v2" {
  region        = "eu-central-1"
  ami           = aws_ami.eu-central-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_required_v2" {
  region   = "eu-central-1"
  image_id = aws_ami.eu-central-1.id

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_required_v2" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_required_v2.id
    version = aws_launch_template.required_required_v2.latest_version
  }
}

resource "aws_instance" "required_required_v1" {
  region        = "eu-central-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "required_required_v1" {
  region   = "eu-central-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "required_required_v1" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.required_required_v1.id
    version = aws_launch_template.required_required_v1.latest_version
  }
}

resource "aws_instance" "optional_unset_v2" {
  region        = "us-east-1"
  ami           = aws_ami.us-east-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_unset_v2" {
  region   = "us-east-1"
  image_id = aws_ami.us-east-1.id

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_unset_v2" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_unset_v2.id
    version = aws_launch_template.optional_unset_v2.latest_version
  }
}

resource "aws_instance" "optional_unset_v1" {
  region        = "us-east-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_unset_v1" {
  region   = "us-east-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_unset_v1" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_unset_v1.id
    version = aws_launch_template.optional_unset_v1.latest_version
  }
}

resource "aws_instance" "optional_no_preference_v2" {
  region        = "us-east-2"
  ami           = aws_ami.us-east-2.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_no_preference_v2" {
  region   = "us-east-2"
  image_id = aws_ami.us-east-2.id

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_no_preference_v2" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_no_preference_v2.id
    version = aws_launch_template.optional_no_preference_v2.latest_version
  }
}

resource "aws_instance" "optional_no_preference_v1" {
  region        = "us-east-2"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_no_preference_v1" {
  region   = "us-east-2"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_no_preference_v1" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_no_preference_v1.id
    version = aws_launch_template.optional_no_preference_v1.latest_version
  }
}

resource "aws_instance" "optional_optional_v2" {
  region        = "eu-west-1"
  ami           = aws_ami.eu-west-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_optional_v2" {
  region   = "eu-west-1"
  image_id = aws_ami.eu-west-1.id

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_optional_v2" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_optional_v2.id
    version = aws_launch_template.optional_optional_v2.latest_version
  }
}

resource "aws_instance" "optional_optional_v1" {
  region        = "eu-west-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_optional_v1" {
  region   = "eu-west-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_optional_v1" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_optional_v1.id
    version = aws_launch_template.optional_optional_v1.latest_version
  }
}

resource "aws_instance" "optional_required_v2" {
  region        = "eu-central-1"
  ami           = aws_ami.eu-central-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_required_v2" {
  region   = "eu-central-1"
  image_id = aws_ami.eu-central-1.id

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_required_v2" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_required_v2.id
    version = aws_launch_template.optional_required_v2.latest_version
  }
}

resource "aws_instance" "optional_required_v1" {
  region        = "eu-central-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "optional_required_v1" {
  region   = "eu-central-1"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_autoscaling_group" "optional_required_v1" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.optional_required_v1.id
    version = aws_launch_template.optional_required_v1.latest_version
  }
}

resource "aws_instance" "unset_unset_v2" {
  region        = "us-east-1"
  ami           = aws_ami.us-east-1.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_unset_v2" {
  region   = "us-east-1"
  image_id = aws_ami.us-east-1.id
}

resource "aws_autoscaling_group" "unset_unset_v2" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_unset_v2.id
    version = aws_launch_template.unset_unset_v2.latest_version
  }
}

resource "aws_instance" "unset_unset_v1" {
  region        = "us-east-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_unset_v1" {
  region   = "us-east-1"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "unset_unset_v1" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_unset_v1.id
    version = aws_launch_template.unset_unset_v1.latest_version
  }
}

resource "aws_instance" "unset_no_preference_v2" {
  region        = "us-east-2"
  ami           = aws_ami.us-east-2.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_no_preference_v2" {
  region   = "us-east-2"
  image_id = aws_ami.us-east-2.id
}

resource "aws_autoscaling_group" "unset_no_preference_v2" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_no_preference_v2.id
    version = aws_launch_template.unset_no_preference_v2.latest_version
  }
}

resource "aws_instance" "unset_no_preference_v1" {
  region        = "us-east-2"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_no_preference_v1" {
  region   = "us-east-2"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "unset_no_preference_v1" {
  region             = "us-east-2"
  availability_zones = ["us-east-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_no_preference_v1.id
    version = aws_launch_template.unset_no_preference_v1.latest_version
  }
}

resource "aws_instance" "unset_optional_v2" {
  region        = "eu-west-1"
  ami           = aws_ami.eu-west-1.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_optional_v2" {
  region   = "eu-west-1"
  image_id = aws_ami.eu-west-1.id
}

resource "aws_autoscaling_group" "unset_optional_v2" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_optional_v2.id
    version = aws_launch_template.unset_optional_v2.latest_version
  }
}

resource "aws_instance" "unset_optional_v1" {
  region        = "eu-west-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_optional_v1" {
  region   = "eu-west-1"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "unset_optional_v1" {
  region             = "eu-west-1"
  availability_zones = ["eu-west-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_optional_v1.id
    version = aws_launch_template.unset_optional_v1.latest_version
  }
}

resource "aws_instance" "unset_required_v2" {
  region        = "eu-central-1"
  ami           = aws_ami.eu-central-1.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_required_v2" {
  region   = "eu-central-1"
  image_id = aws_ami.eu-central-1.id
}

resource "aws_autoscaling_group" "unset_required_v2" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_required_v2.id
    version = aws_launch_template.unset_required_v2.latest_version
  }
}

resource "aws_instance" "unset_required_v1" {
  region        = "eu-central-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "unset_required_v1" {
  region   = "eu-central-1"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "unset_required_v1" {
  region             = "eu-central-1"
  availability_zones = ["eu-central-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.unset_required_v1.id
    version = aws_launch_template.unset_required_v1.latest_version
  }
}

resource "aws_instance" "hops_own" {
  region        = "eu-north-1"
  ami           = aws_ami.eu-north-1.id
  instance_type = "t3.micro"

  metadata_options {
    http_put_response_hop_limit = 3
  }
}

resource "aws_launch_template" "hops_own" {
  region   = "eu-north-1"
  image_id = aws_ami.eu-north-1.id

  metadata_options {
    http_put_response_hop_limit = 3
  }
}

resource "aws_autoscaling_group" "hops_own" {
  region             = "eu-north-1"
  availability_zones = ["eu-north-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_own.id
    version = aws_launch_template.hops_own.latest_version
  }
}

resource "aws_instance" "hops_account_five" {
  region        = "eu-north-1"
  ami           = aws_ami.eu-north-1.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_account_five" {
  region   = "eu-north-1"
  image_id = aws_ami.eu-north-1.id
}

resource "aws_autoscaling_group" "hops_account_five" {
  region             = "eu-north-1"
  availability_zones = ["eu-north-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_account_five.id
    version = aws_launch_template.hops_account_five.latest_version
  }
}

resource "aws_instance" "hops_account_one_beats_the_image" {
  region        = "eu-west-3"
  ami           = aws_ami.eu-west-3.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_account_one_beats_the_image" {
  region   = "eu-west-3"
  image_id = aws_ami.eu-west-3.id
}

resource "aws_autoscaling_group" "hops_account_one_beats_the_image" {
  region             = "eu-west-3"
  availability_zones = ["eu-west-3a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_account_one_beats_the_image.id
    version = aws_launch_template.hops_account_one_beats_the_image.latest_version
  }
}

resource "aws_instance" "hops_no_preference_v2" {
  region        = "eu-west-2"
  ami           = aws_ami.eu-west-2.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_no_preference_v2" {
  region   = "eu-west-2"
  image_id = aws_ami.eu-west-2.id
}

resource "aws_autoscaling_group" "hops_no_preference_v2" {
  region             = "eu-west-2"
  availability_zones = ["eu-west-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_no_preference_v2.id
    version = aws_launch_template.hops_no_preference_v2.latest_version
  }
}

resource "aws_instance" "hops_no_preference_v1" {
  region        = "eu-west-2"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_no_preference_v1" {
  region   = "eu-west-2"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "hops_no_preference_v1" {
  region             = "eu-west-2"
  availability_zones = ["eu-west-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_no_preference_v1.id
    version = aws_launch_template.hops_no_preference_v1.latest_version
  }
}

resource "aws_instance" "hops_unset_v2" {
  region        = "us-east-1"
  ami           = aws_ami.us-east-1.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_unset_v2" {
  region   = "us-east-1"
  image_id = aws_ami.us-east-1.id
}

resource "aws_autoscaling_group" "hops_unset_v2" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_unset_v2.id
    version = aws_launch_template.hops_unset_v2.latest_version
  }
}

resource "aws_instance" "hops_unset_v1" {
  region        = "us-east-1"
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_launch_template" "hops_unset_v1" {
  region   = "us-east-1"
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "hops_unset_v1" {
  region             = "us-east-1"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.hops_unset_v1.id
    version = aws_launch_template.hops_unset_v1.latest_version
  }
}
